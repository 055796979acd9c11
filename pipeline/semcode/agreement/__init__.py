"""Agreement between coders: coefficients, their intervals, and what to do about disagreement."""

from __future__ import annotations

from semcode.agreement.atlas import AtlasDomain, atlas_cu_alpha, atlas_domain
from semcode.agreement.bootstrap import CodeIntervals, bootstrap_codes, bootstrap_table
from semcode.agreement.coefficients import (
    COEFFICIENTS,
    agreement,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    holsti,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from semcode.agreement.confusion import (
    CodeDispute,
    ConfusedPair,
    code_disputes,
    confused_categories,
    confused_codes,
    disputed_units,
)
from semcode.agreement.continuum import join_continua
from semcode.agreement.gamma_alignment import gamma
from semcode.agreement.maxqda import maxqda_documents, maxqda_segments
from semcode.agreement.model_agreement import ModelGap, model_gap
from semcode.agreement.nvivo import nvivo_average, nvivo_comparison
from semcode.agreement.planning import (
    Plan,
    expected_half_width,
    units_for_half_width,
    units_from_interval,
)
from semcode.agreement.prevalence import Prevalence, code_prevalence
from semcode.agreement.ratings import RatingTable, rating_table, ratings_from_rows
from semcode.agreement.result import Agreement, Interval, analytic_interval
from semcode.agreement.sets import SET_DISTANCES, set_alpha, set_distance
from semcode.agreement.spans import SpanMatch, match_spans, overlap
from semcode.agreement.unitizing import (
    cu_alpha,
    cu_alpha_domains,
    ku_alpha,
    u_alpha,
    u_alpha_binary,
)
from semcode.agreement.unitizing_1995 import u_alpha_1995
from semcode.agreement.units import character_table, unit_table
from semcode.agreement.weights import WEIGHTS, weights_matrix

__all__ = [
    "COEFFICIENTS",
    "SET_DISTANCES",
    "WEIGHTS",
    "Agreement",
    "AtlasDomain",
    "CodeDispute",
    "CodeIntervals",
    "ConfusedPair",
    "Interval",
    "ModelGap",
    "Plan",
    "Prevalence",
    "RatingTable",
    "SpanMatch",
    "agreement",
    "analytic_interval",
    "atlas_cu_alpha",
    "atlas_domain",
    "bootstrap_codes",
    "bootstrap_table",
    "brennan_prediger",
    "character_table",
    "code_disputes",
    "code_prevalence",
    "cohen_kappa",
    "confused_categories",
    "confused_codes",
    "conger_kappa",
    "cu_alpha",
    "cu_alpha_domains",
    "disputed_units",
    "expected_half_width",
    "fleiss_kappa",
    "gamma",
    "gwet_ac",
    "holsti",
    "join_continua",
    "krippendorff_alpha",
    "ku_alpha",
    "match_spans",
    "maxqda_documents",
    "maxqda_segments",
    "model_gap",
    "nvivo_average",
    "nvivo_comparison",
    "overlap",
    "percent_agreement",
    "rating_table",
    "ratings_from_rows",
    "scott_pi",
    "set_alpha",
    "set_distance",
    "u_alpha",
    "u_alpha_1995",
    "u_alpha_binary",
    "unit_table",
    "units_for_half_width",
    "units_from_interval",
    "weights_matrix",
]
