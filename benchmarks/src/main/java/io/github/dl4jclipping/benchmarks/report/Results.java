package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.kernel.AccuracyResult;
import io.github.dl4jclipping.benchmarks.kernel.KernelResult;
import io.github.dl4jclipping.benchmarks.training.GrowthPoint;
import io.github.dl4jclipping.benchmarks.training.MemoryResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import java.util.List;

/**
 * All that one run found.
 *
 * @param scale how much was measured
 * @param growth a long run with everything that watches
 * @param loads the system's load average at the end of each part, this run's own share included
 * @param failures the parts that gave no result, and why
 */
public record Results(
    Machine machine,
    String scale,
    List<KernelResult> kernels,
    List<AccuracyResult> accuracy,
    List<TrainingResult> trainings,
    List<MemoryResult> memory,
    List<GrowthPoint> growth,
    List<Double> loads,
    List<String> failures) {}
