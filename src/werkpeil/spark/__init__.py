"""The same project on Apache Spark, through Spark Connect: docs/how-to/spark.md.

Nothing here is imported unless the target is Spark; `pyspark` comes with the extra `spark`.
"""
