package io.github.dl4jclipping.step;

import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipPart;
import java.util.List;

/**
 * What the rules made of a gradient.
 *
 * @param rescaled what became of it in the end
 * @param maxNorm the bound on the norm, +Infinity where there is none
 * @param parts what was done to parts of it, or in several stages
 */
record Applied(Rescaled rescaled, double maxNorm, List<ClipPart> parts) {

  StepOutcome outcome() {
    return rescaled.outcome();
  }
}
