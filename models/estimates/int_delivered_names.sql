{{ describe_delivered_names() }}
