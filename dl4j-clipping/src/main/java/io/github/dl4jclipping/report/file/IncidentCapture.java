package io.github.dl4jclipping.report.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.forensics.Evidence;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.io.File;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the evidence of the first steps whose gradient is not finite, so that they can be replayed.
 *
 * <p>Each of them gets a folder of its own, {@code incident-1} and so on, the first number that is
 * free, with
 *
 * <ul>
 *   <li>{@code report.txt} and {@code report.json}: the {@link NonFiniteReport} with the norms of
 *       the steps before, for people and for programs;
 *   <li>{@code batch.bin}: the batch, or the segment of a sequence, as {@code MultiDataSet.load}
 *       reads it; missing where the network no longer held it, or the gradient came from elsewhere;
 *   <li>{@code network.zip}: the network as it was before the step, with its updater's state, as
 *       {@code ModelSerializer} reads it, and with what the rule has learned, the loss scale and
 *       the master weights, as {@code GradientClipping.restoreState} reads them; not in layerwise
 *       pretraining.
 * </ul>
 *
 * <p>Not kept: the random numbers of dropout and the state that a segment of a sequence takes over
 * from the one before.
 *
 * <p>Nothing that is there is ever overwritten. A folder that cannot be written ends the capture, a
 * WARN says so once, and training goes on. Belongs to this process: it refuses to be serialised.
 * Thread-safe.
 */
public final class IncidentCapture implements ClipObserver {

  /** How many incidents are kept unless said otherwise. */
  public static final int DEFAULT_INCIDENTS = 3;

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final transient Path folder;
  private final int most;
  private int captured;

  private IncidentCapture(Path folder, int most) {
    this.folder = folder;
    this.most = most;
  }

  /**
   * Captures into a folder, which is created now, with those above it.
   *
   * @param incidents how many at most
   * @throws IllegalArgumentException if {@code incidents < 1}, or the path is no folder
   * @throws UncheckedIOException if the folder cannot be created or written to
   */
  public static IncidentCapture to(Path folder, int incidents) {
    Path absolute = Objects.requireNonNull(folder, "folder must not be null").toAbsolutePath();
    if (incidents < 1) {
      throw new IllegalArgumentException("incidents must be >= 1, but was " + incidents);
    }
    if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
      throw new IllegalArgumentException(
          "folder must be one to write incidents into, but " + absolute + " is a file");
    }
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw unusable(absolute, e);
    }
    if (!Files.isWritable(absolute)) {
      throw unusable(absolute, new IOException("permission denied"));
    }
    return new IncidentCapture(absolute, incidents);
  }

  @Override
  public void onStep(ClipReport report) {}

  /** Keeps one more, unless there are enough. */
  @Override
  public synchronized void onNonFinite(
      NonFiniteReport report, Model network, boolean external, Consumer<File> stateSaver) {
    if (captured == most) {
      return;
    }
    captured++;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Path incident = nextFolder();
      write(report, incident);
      Optional<MultiDataSet> batch = external ? Optional.empty() : Evidence.batchOf(network);
      if (batch.isPresent()) {
        batch.get().save(incident.resolve("batch.bin").toFile());
      }
      if (network instanceof MultiLayerNetwork || network instanceof ComputationGraph) {
        File file = incident.resolve("network.zip").toFile();
        ModelSerializer.writeModel(network, file, true);
        addState(file, stateSaver);
      }
      log.info(
          "Captured incident {} of at most {} in {}{}",
          captured,
          most,
          incident,
          batch.isPresent() ? "" : ", without the batch, which the network did not hold");
    } catch (IOException e) {
      captured = most;
      throw unusable(folder, e);
    }
  }

  /** A rule of the user's own may learn what cannot be saved: the rest is still evidence. */
  private static void addState(File file, Consumer<File> stateSaver) {
    try {
      stateSaver.accept(file);
    } catch (IllegalStateException e) {
      log.warn("{} lacks what the rule has learned, and the loss scale", file, e);
    }
  }

  private Path nextFolder() throws IOException {
    for (int number = 1; ; number++) {
      try {
        return Files.createDirectory(folder.resolve("incident-" + number));
      } catch (FileAlreadyExistsException e) {
        log.trace("{} is taken", number, e);
      }
    }
  }

  private static void write(NonFiniteReport report, Path incident) throws IOException {
    String text = report.describe() + System.lineSeparator() + report.remedy();
    Files.writeString(incident.resolve("report.txt"), text + System.lineSeparator(), UTF_8);
    Files.writeString(incident.resolve("report.json"), IncidentJson.of(report) + "\n", UTF_8);
  }

  private static UncheckedIOException unusable(Path folder, IOException e) {
    return new UncheckedIOException(
        "incidents cannot be captured in "
            + folder
            + "; check that it is a folder that this process may write to, on a disk with space: "
            + e,
        e);
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(Travel.refusal(this));
  }

  /** Returns the folder and how many incidents are kept. */
  @Override
  public String toString() {
    return "IncidentCapture(" + folder + ", incidents=" + most + ")";
  }
}
