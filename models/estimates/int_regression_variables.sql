{{ describe_regression_variables() }}
