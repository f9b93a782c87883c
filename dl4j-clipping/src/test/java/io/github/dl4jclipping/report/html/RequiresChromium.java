package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.Requirement;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
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

  /** Asks once per class. */
  final class Condition implements ExecutionCondition {

    private static final String MISSING =
        "no chromium and chromedriver on the PATH (Debian: apt-get install chromium chromium-driver)";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return switch (Requirement.of(Browser.isInstalled(), System.getenv("CI"))) {
        case RUN -> ConditionEvaluationResult.enabled("Chromium is there");
        case SKIP -> ConditionEvaluationResult.disabled(MISSING);
        case FAIL -> throw new IllegalStateException("CI=true, and " + MISSING);
      };
    }
  }
}
