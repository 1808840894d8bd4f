from django.db import models


class Book(models.Model):
    title = models.TextField()
    shelf = models.TextField(default="unsorted", db_index=True)
