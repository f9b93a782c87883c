package io.github.dl4jclipping.report.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dl4jclipping.internal.log.LogName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts rows into a file, each in one write to the operating system as soon as it is given: nothing
 * waits in this process, so nothing is lost when it is killed.
 *
 * <p>A file that can be written no further stops; whoever writes to it is not told by an exception.
 * Thread-safe.
 */
final class ReportFile implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final Path path;
  private final OutputStream out;
  private long length;
  private boolean open = true;
  private boolean told;

  /**
   * Takes over a stream.
   *
   * @param length how many bytes the file has
   */
  ReportFile(Path path, OutputStream out, long length) {
    this.path = path;
    this.out = out;
    this.length = length;
  }

  /** Writes one row, or several, that say what happened at an iteration. */
  synchronized void write(String rows, int iteration) {
    if (!open) {
      stop("it is closed", iteration);
      return;
    }
    byte[] bytes = rows.getBytes(UTF_8);
    try {
      out.write(bytes);
      length += bytes.length;
    } catch (IOException e) {
      stop(e.toString(), iteration);
      cutTornRow();
      close();
    }
  }

  private void stop(String reason, int iteration) {
    if (!told) {
      told = true;
      log.warn(
          "Nothing more is written to the report file {}: {}. It lacks the steps from iteration {}"
              + " on; training goes on",
          path,
          reason,
          iteration);
    }
  }

  /** A full disk takes the first bytes of a row. */
  private void cutTornRow() {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    } catch (IOException e) {
      log.debug("The last row of {} may be torn", path, e);
    }
  }

  /** Closes the file; what is written afterwards is lost, which the log says once. */
  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      try {
        out.close();
      } catch (IOException e) {
        log.warn("Closing the report file {} failed", path, e);
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
