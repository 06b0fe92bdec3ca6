{{ describe_regression_models() }}
