package io.github.dl4jclipping.internal.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Reads entries of a model's zip file, and adds entries to it. */
final class ModelEntries {

  /** The content that removes an entry. */
  static final Content NOTHING = out -> {};

  private ModelEntries() {}

  /** Writes the content of an entry. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;

    static Content of(String text) {
      return out -> out.write(text.getBytes(UTF_8));
    }
  }

  /** Reads the content of an entry. */
  @FunctionalInterface
  interface Reader<T> {

    /**
     * Reads an entry whose checksum and size are correct.
     *
     * @param size the number of bytes in the entry
     */
    T readFrom(InputStream in, long size) throws IOException;
  }

  /** Reports that an entry is damaged. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String entry, Exception cause) {
      super("its entry " + entry + " is damaged", cause);
    }
  }

  /**
   * Returns whether there is an entry of a name.
   *
   * @throws ZipException if the file is not a zip file
   */
  static boolean has(Path model, String name) throws IOException {
    try (ZipFile zip = open(model)) {
      return zip.getEntry(name) != null;
    }
  }

  /**
   * Reads an entry and returns the result, if there is such an entry.
   *
   * @throws ZipException if the file is not a zip file
   * @throws DamagedException if the entry is damaged; the reader was not called
   */
  static <T> Optional<T> read(Path model, String name, Reader<T> reader) throws IOException {
    try (ZipFile zip = open(model)) {
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        return Optional.empty();
      }
      copy(zip, entry, OutputStream.nullOutputStream());
      try (InputStream in = zip.getInputStream(entry)) {
        return Optional.of(reader.readFrom(in, entry.getSize()));
      }
    }
  }

  /**
   * Adds entries, and replaces entries of the same name. An entry with the content {@link #NOTHING}
   * is only removed. The file is replaced as a whole, once all of it is on the disk, so that a
   * failure or a kill leaves the old file.
   *
   * @throws ZipException if the file is not a zip file
   */
  static void put(Path model, Map<String, Content> entries) throws IOException {
    Path real = model.toRealPath(); // replaces the target of a link, not the link
    if (!Files.isWritable(real)) {
      throw new IOException("the file is read-only");
    }
    Replacement.of(real, out -> copyWith(real, out, entries));
  }

  private static void copyWith(Path from, OutputStream out, Map<String, Content> entries)
      throws IOException {
    try (ZipFile zip = open(from)) {
      ZipOutputStream copy = new ZipOutputStream(out);
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!entries.containsKey(entry.getName())) {
          copy.putNextEntry(new ZipEntry(entry.getName()));
          copy(zip, entry, copy);
          copy.closeEntry();
        }
      }
      for (Map.Entry<String, Content> entry : entries.entrySet()) {
        if (entry.getValue() != NOTHING) {
          copy.putNextEntry(new ZipEntry(entry.getKey()));
          entry.getValue().writeTo(copy);
          copy.closeEntry();
        }
      }
      copy.finish();
    }
  }

  private static ZipFile open(Path model) throws IOException {
    try {
      return new ZipFile(model.toFile());
    } catch (EOFException | IllegalArgumentException e) {
      ZipException noZip = new ZipException(e.toString());
      noZip.initCause(e);
      throw noZip;
    }
  }

  /** Copies an entry and, unlike a plain stream, compares it with its checksum and its size. */
  private static void copy(ZipFile zip, ZipEntry entry, OutputStream to) throws IOException {
    try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      long size = in.transferTo(to);
      if (size != entry.getSize() || in.getChecksum().getValue() != entry.getCrc()) {
        throw new ZipException("its checksum or size is wrong");
      }
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      throw new DamagedException(entry.getName(), e);
    }
  }
}
