from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="book",
            name="shelf",
            field=models.TextField(default="unsorted"),
        ),
    ]
