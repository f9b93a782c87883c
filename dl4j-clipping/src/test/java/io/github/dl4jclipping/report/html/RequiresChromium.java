package io.github.dl4jclipping.report.html;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs tests where Chromium and its driver are installed. Elsewhere they are skipped, never passed;
 * and where {@code CI=true} a skip fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresChromium.Condition.class)
@interface RequiresChromium {

  /** What follows from Chromium's absence or presence. */
  enum Outcome {
    RUN,
    SKIP,
    FAIL;

    static Outcome of(boolean available, @Nullable String ci) {
      return available ? RUN : "true".equals(ci) ? FAIL : SKIP;
    }
  }

  /** Asks once per class. */
  final class Condition implements ExecutionCondition {

    private static final String MISSING =
        "no chromium and chromedriver on the PATH (Debian: apt-get install chromium chromium-driver)";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return switch (Outcome.of(Browser.isInstalled(), System.getenv("CI"))) {
        case RUN -> ConditionEvaluationResult.enabled("Chromium is there");
        case SKIP -> ConditionEvaluationResult.disabled(MISSING);
        case FAIL -> throw new IllegalStateException("CI=true, and " + MISSING);
      };
    }
  }
}
