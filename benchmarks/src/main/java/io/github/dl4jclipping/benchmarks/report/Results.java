package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.kernel.AccuracyResult;
import io.github.dl4jclipping.benchmarks.kernel.KernelResult;
import io.github.dl4jclipping.benchmarks.training.MemoryResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import java.util.List;

/**
 * All that one run found.
 *
 * @param scale how much was measured
 * @param failures the parts that gave no result, and why
 */
public record Results(
    Machine machine,
    String scale,
    List<KernelResult> kernels,
    List<AccuracyResult> accuracy,
    List<TrainingResult> trainings,
    List<MemoryResult> memory,
    List<String> failures) {}
