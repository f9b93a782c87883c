package io.github.dl4jclipping.pytorch;

import io.github.dl4jclipping.Requirement;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs tests where PyTorch's native library is to be had. Elsewhere they are skipped, never passed;
 * and where {@code CI=true} a skip fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresPyTorch.Condition.class)
@interface RequiresPyTorch {

  /** Asks once per class. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String missing = missing();
      return switch (Requirement.of(missing == null, System.getenv("CI"))) {
        case RUN -> ConditionEvaluationResult.enabled("PyTorch is there");
        case SKIP -> ConditionEvaluationResult.disabled("no PyTorch for this platform: " + missing);
        case FAIL -> throw new IllegalStateException("no PyTorch, and CI=true: " + missing);
      };
    }

    private static @Nullable String missing() {
      try {
        Loader.load(torch.class);
        return null;
      } catch (LinkageError e) {
        return e.toString();
      }
    }
  }
}
