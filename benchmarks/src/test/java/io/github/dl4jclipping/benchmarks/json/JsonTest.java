package io.github.dl4jclipping.benchmarks.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {

  record Value(String name, List<Double> numbers) {}

  @Test
  void readsWhatItWrites(@TempDir Path folder) throws Exception {
    Value value = new Value("x", List.of(1.5, Double.POSITIVE_INFINITY));
    Path file = folder.resolve("new").resolve("value.json");
    Json.write(file, value);
    assertThat(Json.read(file, Value.class)).isEqualTo(value);
  }
}
