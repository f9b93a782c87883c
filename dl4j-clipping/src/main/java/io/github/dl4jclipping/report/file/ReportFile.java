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
 * Writes rows to a file. Each row is passed to the operating system at once, in one write, so no
 * row is lost if the process is killed.
 *
 * <p>If the file cannot be written any more, it is closed and a WARN is logged; no exception is
 * thrown. Thread-safe.
 */
final class ReportFile implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final Path path;
  private final OutputStream out;
  private long length;
  private boolean open = true;
  private boolean told;

  /**
   * Creates a report file that owns a stream.
   *
   * @param length the number of bytes in the file
   */
  ReportFile(Path path, OutputStream out, long length) {
    this.path = path;
    this.out = out;
    this.length = length;
  }

  /** Writes one or more rows about an iteration. */
  synchronized void write(String rows, int iteration) {
    if (!open) {
      stop("the report is closed", iteration);
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
          "Writing to the report file {} has stopped: {}. The file lacks all steps from"
              + " iteration {} on. Training continues.",
          path,
          reason,
          iteration);
    }
  }

  /** Removes the first bytes of a row that did not fit on a full disk. */
  private void cutTornRow() {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    } catch (IOException e) {
      log.debug(
          "The last row of {} may be incomplete, because the file could not be truncated", path, e);
    }
  }

  /** Closes the file. Later rows are lost; one WARN reports this. */
  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      try {
        out.close();
      } catch (IOException e) {
        log.warn("The report file {} could not be closed", path, e);
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
