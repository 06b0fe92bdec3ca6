{{ count_weighting_classes() }}
