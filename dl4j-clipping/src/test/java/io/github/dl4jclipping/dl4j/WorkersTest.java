package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** What ParallelWrapper does to networks and listeners, as docs/dl4j-notes.md states it. */
@Timeout(5 * 60) // it hangs where an Error ends a worker
class WorkersTest {

  private final Set<String> threads = ConcurrentHashMap.newKeySet();
  private final Set<Model> trained =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
  private final Calls calls =
      new Calls(
          (name, model) -> {
            threads.add(Thread.currentThread().getName());
            trained.add(model);
          });

  private MultiLayerNetwork train() throws Exception {
    MultiLayerNetwork root = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(0.1));
    List<DataSet> batches = IntStream.range(0, 8).mapToObj(i -> Networks.batch(7, i)).toList();
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(root)
            .workers(2)
            .prefetchBuffer(0)
            .averagingFrequency(1)
            .build()) {
      wrapper.setListeners(calls);
      wrapper.fit(new ListDataSetIterator<>(batches, 1));
    }
    return root;
  }

  @Test
  void workersShareTheListenerAndTheFirstTrainsTheNetworkItself() throws Exception {
    MultiLayerNetwork root = train();

    // By identity: networks compare by their parameters, and those of workers are closed by now.
    assertThat(trained).hasSize(2);
    assertThat(trained.stream().anyMatch(model -> model == root)).isTrue();
    assertThat(threads).hasSize(2).allMatch(name -> name.startsWith("ParallelWrapper"));
    assertThat(calls.names.stream().filter("onGradientCalculation"::equals)).hasSize(8);
  }

  @Test
  void parallelWrapperAnnouncesNoEpochs() throws Exception {
    train();

    assertThat(calls.names).doesNotContain("onEpochStart", "onEpochEnd");
  }

  @Test
  void theNetworkIsClearedAfterwards() throws Exception {
    assertThat(train().getUpdater(false)).isNull();
  }
}
