{{ describe_comparable_scales() }}
