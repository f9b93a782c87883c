package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.kernel.AccuracyResult;
import io.github.dl4jclipping.benchmarks.kernel.KernelResult;
import io.github.dl4jclipping.benchmarks.training.MemoryResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import java.util.List;

/**
 * Holds all results of one run.
 *
 * @param scale how much was measured
 * @param failures the parts that failed, each with the reason
 */
public record Results(
    Machine machine,
    String scale,
    List<KernelResult> kernels,
    List<AccuracyResult> accuracy,
    List<TrainingResult> trainings,
    List<MemoryResult> memory,
    List<String> failures) {}
