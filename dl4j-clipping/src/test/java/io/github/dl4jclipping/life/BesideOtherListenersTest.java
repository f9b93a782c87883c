package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.ui.api.UIServer;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Adam;

/** Beside the listeners that DL4J's users have already, in whatever order. */
class BesideOtherListenersTest {

  private static final int STEPS = 4;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void allAtOnceInAnyOrder(Kind kind) throws IOException {
    Model alone = network(kind);
    CollectingObserver expected = new CollectingObserver();
    alone.setListeners(clipping(expected));
    train(alone);
    List<List<Integer>> orders = permutations(List.of(0, 1, 2, 3));
    for (List<Integer> order : orders) {
      CollectingObserver seen = new CollectingObserver();
      StatsStorage statistics = new InMemoryStatsStorage();
      Path zips = Files.createDirectory(folder.resolve(kind + order.toString()));
      CheckpointListener checkpoints =
          new CheckpointListener.Builder(zips.toFile()).keepAll().saveEveryNIterations(1).build();
      List<TrainingListener> all =
          List.of(
              clipping(seen),
              new StatsListener(statistics, 1),
              new PerformanceListener(1, true),
              checkpoints);
      Model network = network(kind);
      network.setListeners(order.stream().map(all::get).toArray(TrainingListener[]::new));
      train(network);

      assertThat(Snapshot.of(network)).as("order %s", order).isEqualTo(Snapshot.of(alone));
      assertThat(seen.steps).isEqualTo(expected.steps);
      assertThat(updates(statistics)).isEqualTo(STEPS);
      assertThat(restored(kind, checkpoints).params()).isEqualTo(network.params());
    }
  }

  @Test
  void trainingUiShowsTheRun() throws Exception {
    int port = freePort();
    System.setProperty("org.deeplearning4j.ui.port", "" + port);
    StatsStorage statistics = new InMemoryStatsStorage();
    UIServer server = UIServer.getInstance();
    try {
      server.attach(statistics);
      Model network = network(Kind.LAYERS);
      network.setListeners(new StatsListener(statistics, 1), clipping(new CollectingObserver()));
      train(network);
      assertThat(get(port, "/train/overview")).contains("<html");
      assertThat(get(port, "/train/overview/data")).contains("scores");
    } finally {
      server.stop();
    }
  }

  private static Model network(Kind kind) {
    NeuralNetConfiguration.Builder conf = Networks.conf(new Adam(0.01));
    return kind == Kind.LAYERS ? Networks.dense(conf) : Networks.graph(conf);
  }

  private static GradientClippingListener clipping(CollectingObserver observer) {
    return new GradientClippingListener(GradientClipping.byGlobalNorm(0.5)).observe(observer);
  }

  private static void train(Model network) {
    for (int i = 0; i < STEPS; i++) {
      Kind.fit(network, i);
    }
  }

  private static int updates(StatsStorage statistics) {
    String session = statistics.listSessionIDs().get(0);
    String type = statistics.listTypeIDsForSession(session).get(0);
    String worker = statistics.listWorkerIDsForSession(session).get(0);
    return statistics.getAllUpdatesAfter(session, type, worker, 0).size();
  }

  private static Model restored(Kind kind, CheckpointListener checkpoints) {
    int last = checkpoints.lastCheckpoint().getCheckpointNum();
    return kind == Kind.LAYERS
        ? checkpoints.loadCheckpointMLN(last)
        : checkpoints.loadCheckpointCG(last);
  }

  private static List<List<Integer>> permutations(List<Integer> of) {
    if (of.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (Integer first : of) {
      List<Integer> rest = new ArrayList<>(of);
      rest.remove(first);
      for (List<Integer> others : permutations(rest)) {
        List<Integer> order = new ArrayList<>(List.of(first));
        order.addAll(others);
        all.add(order);
      }
    }
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String get(int port, String path) throws Exception {
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.ALWAYS)
            .build()
            .send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }
}
