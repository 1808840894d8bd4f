from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0002_book_shelf")]
    operations = [
        migrations.AlterField(
            model_name="book",
            name="shelf",
            field=models.TextField(default="unsorted", db_index=True),
        ),
    ]
