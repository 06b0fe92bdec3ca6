{{ culture_aspects('culture_aspects_by_sector', ['sector']) }}
