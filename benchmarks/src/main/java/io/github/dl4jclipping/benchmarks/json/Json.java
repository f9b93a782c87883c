package io.github.dl4jclipping.benchmarks.json;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes records as JSON files. */
public final class Json {

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();

  private Json() {}

  public static <T> T read(Path file, Class<T> type) throws IOException {
    return GSON.fromJson(Files.readString(file), type);
  }

  public static void write(Path file, Object value) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, GSON.toJson(value) + "\n");
  }
}
