from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_keys_and_checks')]

    initial = False

    operations = [
        ops.RemoveField(model_name='Installation', name='id'),
        ops.AddField(
            model_name='Installation',
            name='id',
            field=fields.SmallIntField(primary_key=True, unique=True, db_index=True),
        ),
        ops.AddIndex(
            model_name='Installation',
            index=Index(fields=['id']),
        ),
        ops.RemoveField(model_name='LicenseState', name='license_id'),
        ops.AddField(
            model_name='LicenseState',
            name='license_id',
            field=fields.BigIntField(primary_key=True, unique=True, db_index=True),
        ),
        ops.AddIndex(
            model_name='LicenseState',
            index=Index(fields=['license_id']),
        ),
        ops.RemoveField(model_name='LicenseUsage', name='license_id'),
        ops.AddField(
            model_name='LicenseUsage',
            name='license_id',
            field=fields.BigIntField(primary_key=True, unique=True, db_index=True),
        ),
        ops.AddIndex(
            model_name='LicenseUsage',
            index=Index(fields=['license_id']),
        ),
    ]
