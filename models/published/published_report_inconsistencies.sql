{{ publish_wholes('report_inconsistencies', counts=none) }}
