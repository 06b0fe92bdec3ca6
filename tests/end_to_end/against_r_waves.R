# Changes between waves in R's survey: both waves stacked, the sampling unit that answers in both being one cluster.
# Reads rows of all waves, and says per line a name and change, standard error, covariance.
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(TRUE)[1]
line <- function(name, ...) cat(name, paste(sprintf("%.17g", c(...)), collapse = "\t"), "\n", sep = "\t")
told <- function(name, variable, design) {
  design <- subset(design, !is.na(design$variables[[variable]]))
  means <- svyby(as.formula(paste0("~", variable)), ~wave, design, svymean, covmat = TRUE)
  change <- svycontrast(means, c(-1, 1))
  line(name, as.numeric(change), SE(change), vcov(means)[1, 2])
}

panel <- read.csv(file.path(folder, "panel.csv"))
for (number in 1:5) {
  panel[[paste0("p", number)]] <- as.numeric(panel[[paste0("mood_", number)]] >= 4)
}
both <- subset(panel, wave %in% 1:2)
design <- svydesign(ids = ~person, strata = ~region, weights = ~weight, data = both)
for (variable in c("mood_1", "mood_3", "p1", "p3")) {
  told(paste("total", variable), variable, design)
  told(paste("woman", variable), variable, subset(design, sex == 2))
  told(paste("north", variable), variable, subset(design, region == 1))
}
populations <- c(400, 300, 100)
both$population <- populations[both$region]
census <- svydesign(ids = ~person, strata = ~region, weights = ~weight, fpc = ~population, data = both)
told("population mood_1", "mood_1", census)

# Some people in both waves, no strata: R sees one sample of all people who are in either wave.
some <- subset(panel, wave %in% 2:3)
told("some mood_1", "mood_1", svydesign(ids = ~person, weights = ~weight, data = some))
line("people", length(unique(some$person)))

pupils <- read.csv(file.path(folder, "schools.csv"))
told("schools mood_1", "mood_1", svydesign(ids = ~school, strata = ~region, weights = ~weight, data = pupils))
