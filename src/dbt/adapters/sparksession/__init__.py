"""dbt on Apache Spark through Spark Connect: dbt-spark, with Python models, seeds and `by_wave`.

dbt finds an adapter by the name of its package here, and needs the adapter's class to be named after it.
"""

from dbt.adapters.base import AdapterPlugin

from dbt.adapters.sparksession.connections import SparkSessionConnectionManager, SparkSessionCredentials
from dbt.adapters.sparksession.impl import SparkSessionAdapter
from dbt.include import sparksession

__all__ = ["Plugin", "SparkSessionConnectionManager"]

Plugin = AdapterPlugin(
    adapter=SparkSessionAdapter,
    credentials=SparkSessionCredentials,
    include_path=sparksession.PACKAGE_PATH,
    dependencies=["spark"],
)
