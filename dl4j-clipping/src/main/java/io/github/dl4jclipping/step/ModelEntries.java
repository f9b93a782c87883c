package io.github.dl4jclipping.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Reads and adds entries in the zip file of a model. */
final class ModelEntries {

  /** No entry. */
  static final Content NOTHING = out -> {};

  private ModelEntries() {}

  /** Writes what an entry holds. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;

    static Content of(String text) {
      return out -> out.write(text.getBytes(UTF_8));
    }
  }

  /** Reads what an entry holds. */
  @FunctionalInterface
  interface Reader<T> {
    T readFrom(InputStream in) throws IOException;
  }

  /**
   * Returns whether there is an entry.
   *
   * @throws ZipException if the file is no zip file
   */
  static boolean has(Path model, String name) throws IOException {
    try (ZipFile zip = new ZipFile(model.toFile())) {
      return zip.getEntry(name) != null;
    }
  }

  /**
   * Returns an entry, if there is one.
   *
   * @throws ZipException if the file is no zip file
   * @throws java.nio.charset.CharacterCodingException if the entry is no UTF-8
   */
  static Optional<String> text(Path model, String name) throws IOException {
    return read(
        model,
        name,
        in -> UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString());
  }

  /**
   * Returns what is read from an entry, if there is one.
   *
   * @throws ZipException if the file is no zip file
   */
  static <T> Optional<T> read(Path model, String name, Reader<T> reader) throws IOException {
    try (ZipFile zip = new ZipFile(model.toFile())) {
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        return Optional.empty();
      }
      try (InputStream in = zip.getInputStream(entry)) {
        return Optional.of(reader.readFrom(in));
      }
    }
  }

  /**
   * Adds entries, in the place of those of their names; one without content is only removed. The
   * file is replaced as a whole once all of it is written, so that a failure, or a kill, leaves the
   * old one.
   *
   * @throws ZipException if the file is no zip file
   */
  static void put(Path model, Map<String, Content> entries) throws IOException {
    Path real = model.toRealPath(); // the file that a link leads to, not the link
    if (!Files.isWritable(real)) {
      throw new IOException("it is read-only");
    }
    Path whole = Files.createTempFile(real.getParent(), real.getFileName().toString(), ".tmp");
    try {
      copyWith(real, whole, entries);
      copyPermissions(real, whole);
      move(whole, real);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static void copyWith(Path from, Path to, Map<String, Content> entries)
      throws IOException {
    try (ZipFile zip = new ZipFile(from.toFile());
        OutputStream out = Files.newOutputStream(to);
        ZipOutputStream copy = new ZipOutputStream(out)) {
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
    }
  }

  /** Compares an entry with its check sum, which reading alone does not do. */
  static void requireWhole(Path model, String name) throws IOException {
    try (ZipFile zip = new ZipFile(model.toFile())) {
      ZipEntry entry = zip.getEntry(name);
      if (entry != null) {
        copy(zip, entry, OutputStream.nullOutputStream());
      }
    }
  }

  /** Unlike a stream of it alone, compares the entry with its check sum. */
  private static void copy(ZipFile zip, ZipEntry entry, OutputStream to) throws IOException {
    try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      in.transferTo(to);
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new IOException("its entry " + entry.getName() + " is damaged");
      }
    }
  }

  /** A temporary file is the owner's alone. */
  private static void copyPermissions(Path from, Path to) throws IOException {
    if (Files.getFileAttributeView(to, PosixFileAttributeView.class) != null) {
      Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
