# Weights and the estimates under them from R's survey: one line each, a name and its values.
suppressPackageStartupMessages({
  library(survey)
  library(psych)
  library(foreign)
})
line <- function(name, ...) cat(name, paste(sprintf("%.17g", c(...)), collapse = "\t"), "\n", sep = "\t")
mean_of <- function(name, formula, design) {
  found <- svymean(formula, design)
  line(name, coef(found), SE(found))
}
tight <- list(epsilon = 1e-12, maxit = 500)

# Kalton and Flores-Cervantes (2003), as in the package's own kalton.R.
cells <- expand.grid(a = factor(1:4), b = factor(1:3))
sampled <- cells[rep(1:12, c(20, 50, 100, 30, 40, 140, 50, 100, 40, 310, 50, 70)), ]
people <- cells[rep(1:12, c(80, 60, 170, 55, 40, 150, 60, 165, 55, 340, 200, 125)), ]
design <- suppressWarnings(svydesign(id = ~1, data = sampled))
raked <- rake(design, list(~a, ~b), list(xtabs(~a, people), xtabs(~b, people)), control = tight)
of_cells <- function(design) tapply(weights(design), list(sampled$a, sampled$b), mean)
line("kalton raked", t(of_cells(raked)))
line("kalton trimmed", t(of_cells(trimWeights(raked, upper = 2.25, strict = TRUE))))
line("kalton crossed", t(of_cells(postStratify(design, ~ a + b, xtabs(~ a + b, people)))))

data(api)
# The delivered weights are these, rounded to single precision.
apistrat$w <- apistrat$fpc / ave(apistrat$fpc, apistrat$stype, FUN = length)
mean_of("schools", ~api00, svydesign(ids = ~1, strata = ~stype, weights = ~w, fpc = ~fpc, data = apistrat))
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
targets <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
clusters <- svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
post <- postStratify(clusters, ~stype, types)
mean_of("clusters post-stratified", ~api00, post)
raked <- rake(clusters, list(~stype, ~sch.wide), list(types, targets), control = tight)
mean_of("clusters raked", ~api00, raked)
# The same weights taken as they are, without credit for what calibration gains.
fixed <- function(weighted) {
  apiclus1$w <- weights(weighted)
  svydesign(ids = ~dnum, weights = ~w, fpc = ~fpc, data = apiclus1)
}
mean_of("clusters post-stratified, fixed", ~api00, fixed(post))
mean_of("clusters raked, fixed", ~api00, fixed(raked))
line("clusters raked weights", range(weights(raked)), sum(weights(raked)))

arguments <- commandArgs(TRUE)
if (length(arguments) > 0) {
  voters <- read.csv(arguments[1], stringsAsFactors = TRUE)
  voters$important <- as.numeric(voters$importance %in% c("very", "somewhat"))
  design <- svydesign(ids = ~1, strata = ~province, weights = ~weight, data = voters)
  shares <- svyby(~important, ~gender, design, svymean)
  for (row in 1:2) line(paste("voters", shares$gender[row]), shares$important[row], shares$se[row])
  carers <- suppressWarnings(read.spss(arguments[2], to.data.frame = TRUE, use.value.labels = FALSE))
  items <- carers[, c(
    "c82cop1", "c83cop2", "c84cop3", "c85cop4", "c86cop5", "c87cop6", "c88cop7", "c89cop8", "c90cop9"
  )]
  found <- alpha(items, keys = c(-1, 1, 1, 1, 1, 1, 1, -1, -1), warnings = FALSE)
  line("carers alpha", found$total$raw_alpha, found$total$std.alpha, found$total$average_r)
  line("carers dropped", found$alpha.drop$raw_alpha)
  line("carers means", colMeans(items, na.rm = TRUE))
}
