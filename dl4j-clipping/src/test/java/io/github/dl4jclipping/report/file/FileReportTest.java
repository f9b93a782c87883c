package io.github.dl4jclipping.report.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.file.FileKind.Opened;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Sgd;

/** What holds for both kinds of files. */
class FileReportTest {

  @TempDir private Path folder;

  static Stream<Arguments> kindsAndNetworks() {
    return Stream.of(FileKind.values())
        .flatMap(file -> Stream.of(Kind.values()).map(network -> Arguments.of(file, network)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndNetworks")
  void fileTellsWhatObserversSaw(FileKind kind, Kind networkKind) throws IOException {
    Path path = folder.resolve("run");
    CollectingObserver seen = new CollectingObserver();
    try (Opened file = kind.create(path)) {
      Model network = networkKind.plain(new Sgd(0.1));
      network.addListeners(
          new GradientClippingListener(
                  GradientClipping.builder().maxNorm(0.5).nonFinite(NonFinitePolicy.SKIP).build())
              .observe(seen)
              .observe(file.report()));
      Kind.fit(network, 1, 2);
      Kind.fit(network, Networks.nanBatch(7, 3));
      Kind.fit(network, 4);
    }
    assertThat(seen.steps)
        .extracting(ClipReport::outcome)
        .contains(StepOutcome.CLIPPED, StepOutcome.SKIPPED);
    assertThat(kind.read(path)).isEqualTo(seen.steps);
  }

  @ParameterizedTest
  @EnumSource
  void runThatDiesInItsFirstStepLeavesThatStep(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    try (Opened file = kind.create(path)) {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      network.addListeners(
          new GradientClippingListener(GradientClipping.measureOnly()).observe(file.report()));
      assertThatThrownBy(() -> Kind.fit(network, Networks.nanBatch(7, 3)))
          .isInstanceOf(NonFiniteGradientException.class);
    }
    assertThat(kind.read(path)).extracting(ClipReport::outcome).containsExactly(StepOutcome.RAISED);
    assertThat(Files.readString(path)).contains("norm\":\"NaN".replace("\"", quote(kind)));
  }

  private static String quote(FileKind kind) {
    return kind == FileKind.CSV ? "\"\"" : "\"";
  }

  @ParameterizedTest
  @EnumSource
  void runOfNoStepsLeavesAnEmptyFileThatCanBeAppendedTo(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    kind.create(path).close();
    assertThat(path).isEmptyFile();
    try (Opened file = kind.append(path)) {
      file.write(step(0, Map.of("0_W", 1.0)));
    }
    assertThat(kind.read(path)).containsExactly(step(0, Map.of("0_W", 1.0)));
  }

  @ParameterizedTest
  @EnumSource
  void rowIsInTheFileBeforeTrainingGoesOn(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    try (Opened file = kind.create(path)) {
      for (int i = 0; i < 3; i++) {
        file.write(step(i, Map.of("0_W", 1.0)));
        assertThat(kind.read(path)).hasSize(i + 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void missingFoldersAreCreated(FileKind kind) throws IOException {
    Path path = folder.resolve("a/b c/run");
    try (Opened file = kind.create(path)) {
      file.write(step(0, Map.of()));
    }
    assertThat(kind.read(path)).hasSize(1);
    kind.append(folder.resolve("d/run")).close();
    assertThat(folder.resolve("d/run")).isEmptyFile();
  }

  @ParameterizedTest
  @EnumSource
  void existingFileIsNeverOverwritten(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    Files.writeString(path, "precious");
    assertThatThrownBy(() -> kind.create(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("never overwritten")
        .hasMessageContaining("append");
    assertThat(path).hasContent("precious");
  }

  static Stream<Arguments> foreignContents() {
    return Stream.of(FileKind.values())
        .flatMap(
            kind ->
                Stream.of(
                        "precious",
                        "precious\n",
                        "\n",
                        "\"a\"b,c\n",
                        "null\n",
                        "x".repeat(1_000) + "\n",
                        "[1]\n",
                        "{\"iteration\":1}\n",
                        "iteration,epoch\n1,2\n",
                        "\uFEFFiteration,epoch,score,norm,clippedNorm,coefficient,maxNorm,outcome,"
                            + "clipped,worker,nonFinite\n",
                        "{\"iteration\":1,\"epo",
                        "iteration,epoch,sco")
                    .map(content -> Arguments.of(kind, content)));
  }

  @ParameterizedTest
  @MethodSource("foreignContents")
  void fileOfSomethingElseIsNotAppendedTo(FileKind kind, String content) throws IOException {
    Path path = folder.resolve("run");
    Files.writeString(path, content);
    assertThatThrownBy(() -> kind.append(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("cannot be appended to: ")
        .hasMessageContaining("Choose another name");
    assertThat(Files.readString(path)).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource
  void fileThatIsNoTextIsNotAppendedTo(FileKind kind) throws IOException {
    byte[] content = {(byte) 0xFF, (byte) 0xFE, 'a', '\n'};
    Path path = Files.write(folder.resolve("run"), content);
    assertThatThrownBy(() -> kind.append(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("it is not UTF-8");
    assertThat(path).hasBinaryContent(content);
  }

  @ParameterizedTest
  @EnumSource
  void folderIsRefused(FileKind kind) {
    assertThatThrownBy(() -> kind.create(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(folder.toString());
    assertThatThrownBy(() -> kind.append(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("must be a regular file");
  }

  @ParameterizedTest
  @EnumSource
  void pathThroughAFileIsRefused(FileKind kind) throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "precious").resolve("run");
    assertThatThrownBy(() -> kind.create(path))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("Check that this process may write to its directory");
    assertThatThrownBy(() -> kind.append(path))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(path.toString());
  }

  @ParameterizedTest
  @EnumSource
  void nullPathIsRefused(FileKind kind) {
    assertThatThrownBy(() -> kind.create(null)).hasMessage("path must not be null");
    assertThatThrownBy(() -> kind.append(null)).hasMessage("path must not be null");
  }

  @ParameterizedTest
  @EnumSource
  void appendingGoesOnWhereAnotherRunEnded(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    Map<String, Double> norms = Map.of("line\nbreak,\"quote\"_W", 1.0);
    for (int run = 0; run < 3; run++) {
      try (Opened file = kind.append(path)) {
        file.write(step(run, norms), step(run, norms));
      }
    }
    assertThat(kind.read(path)).extracting(ClipReport::iteration).containsExactly(0, 0, 1, 1, 2, 2);
  }

  @ParameterizedTest
  @EnumSource
  void tornRowIsCutOffWhereverItIsTorn(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    Map<String, Double> norms = Map.of("line\nbreak_W", 1.0);
    try (Opened file = kind.create(path)) {
      file.write(step(0, norms));
    }
    byte[] one = Files.readAllBytes(path);
    try (Opened file = kind.append(path)) {
      file.write(step(1, norms, "thread \"1\",\nof 2"));
    }
    byte[] two = Files.readAllBytes(path);

    for (int length = one.length + 1; length < two.length; length++) {
      Files.write(path, Arrays.copyOf(two, length));
      try (LogCapture log = new LogCapture(Level.WARN);
          Opened file = kind.append(path)) {
        assertThat(log.at(Level.WARN))
            .singleElement()
            .asString()
            .contains(path.toString(), "Its " + (length - one.length) + " bytes were removed");
        file.write(step(2, norms));
      }
      assertThat(kind.read(path)).extracting(ClipReport::iteration).containsExactly(0, 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void stepAfterCloseIsLostWithOneWord(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    Opened file = kind.create(path);
    file.write(step(0, Map.of()));
    file.close();
    file.close();
    try (LogCapture log = new LogCapture(Level.WARN)) {
      file.write(step(1, Map.of()), step(2, Map.of()));
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains(path.toString(), "the report is closed", "from iteration 1 on");
    }
    assertThat(kind.read(path)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void interruptedTrainingThreadWritesOn(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    try (Opened file = kind.create(path)) {
      Thread.currentThread().interrupt();
      file.write(step(0, Map.of()), step(1, Map.of()));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(kind.read(path)).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void refusesToTravelAndSaysWhatToDo(FileKind kind) {
    Path path = folder.resolve("run");
    try (Opened file = kind.create(path)) {
      GradientClippingListener listener =
          new GradientClippingListener(GradientClipping.measureOnly()).observe(file.report());
      assertThatThrownBy(
              () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(listener))
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("DriverReports");
      assertThat(file.report()).asString().contains("Report(" + path + ")");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyComponentOfAReportIsWritten(FileKind kind) throws IOException {
    Path path = folder.resolve("run");
    try (Opened file = kind.create(path)) {
      file.write(step(0, Map.of()));
    }
    for (RecordComponent component : ClipReport.class.getRecordComponents()) {
      if (kind == FileKind.JSON_LINES || !component.getName().equals("parameterNorms")) {
        assertThat(Files.readString(path)).contains(component.getName());
      }
    }
  }

  @Test
  void stepsOfAnotherNetworkAreWrittenWithoutTheirNorms() throws IOException {
    Path path = folder.resolve("run.csv");
    try (LogCapture log = new LogCapture(Level.WARN);
        CsvReport csv = CsvReport.create(path)) {
      csv.onStep(step(0, Map.of("0_W", 1.0)));
      csv.onStep(step(1, Map.of()));
      assertThat(log.at(Level.WARN)).isEmpty();
      csv.onStep(step(2, Map.of("other_W", 2.0)));
      csv.onStep(step(3, Map.of("other_W", 2.0)));
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains(path.toString(), "other_W", "iteration 2");
    }
    assertThat(Files.readAllLines(path))
        .hasSize(5)
        .last()
        .asString()
        .startsWith("3,")
        .endsWith(",");
  }

  @Test
  void csvOfAnotherNetworkIsNotAppendedToAndTrainingGoesOn() throws IOException {
    Path path = folder.resolve("run.csv");
    try (CsvReport csv = CsvReport.create(path)) {
      csv.onStep(step(0, Map.of("another_W", 1.0)));
    }
    String before = Files.readString(path);
    CsvReport csv = CsvReport.append(path);
    try (csv;
        LogCapture log = new LogCapture(Level.WARN)) {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      network.addListeners(
          new GradientClippingListener(GradientClipping.measureOnly()).observe(csv));
      assertThatCode(() -> Kind.fit(network, 1, 2)).doesNotThrowAnyException();
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("CsvReport threw an exception");
    }
    assertThat(Files.readString(path)).isEqualTo(before);
    assertThatThrownBy(() -> CsvReport.append(path).onStep(step(0, Map.of("0_W", 1.0))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("norm.another_W")
        .hasMessageContaining("norm.0_W")
        .hasMessageContaining("Append to another file");
  }

  @ParameterizedTest
  @EnumSource
  void oddNamesComeBack(FileKind kind) throws IOException {
    Map<String, Double> norms = new LinkedHashMap<>();
    for (String name :
        List.of(
            "a\"b_W",
            "a,b_W",
            "a\nb_W",
            "a\r\nb_W",
            "<script>alert(1)</script>_W",
            "Größe_W",
            "层_W",
            "\uD83D\uDE00_W",
            " _W ",
            "=1+1_W",
            "#_W",
            "norm",
            "x".repeat(300) + "_W")) {
      norms.put(name, (double) norms.size());
    }
    Path path = folder.resolve("run");
    ClipReport first = step(0, norms, "thread, \"one\"\nof two");
    norms.replaceAll((name, norm) -> norm % 2 == 0 ? Double.NaN : Double.POSITIVE_INFINITY);
    ClipReport second = step(1, norms);
    try (Opened file = kind.create(path)) {
      file.write(first, second);
    }
    assertThat(kind.read(path)).containsExactly(first, second);
    assertThat(new ArrayList<>(kind.read(path).get(0).parameterNorms().keySet()))
        .isEqualTo(new ArrayList<>(norms.keySet()));
  }

  static ClipReport step(int iteration, Map<String, Double> norms) {
    return step(iteration, norms, "main");
  }

  static ClipReport step(int iteration, Map<String, Double> norms, String worker) {
    return new ClipReport(iteration, 0, 0.5, 2, 1, 0.5, 1, StepOutcome.CLIPPED, norms, worker);
  }
}
