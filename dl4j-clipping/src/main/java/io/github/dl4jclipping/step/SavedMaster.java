package io.github.dl4jclipping.step;

import io.github.dl4jclipping.scaling.MasterWeights;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Keeps master weights in the file of a model: the parameters in FLOAT, then a byte that says
 * whether there is updater state, then that state in FLOAT, as ND4J writes arrays.
 */
final class SavedMaster {

  static final String ENTRY = "dl4j-clipping-master.bin";

  private SavedMaster() {}

  /** Returns what to write, nothing where there are none. */
  static ModelEntries.Content of(@Nullable MasterWeights master) {
    if (master == null) {
      return ModelEntries.NOTHING;
    }
    return out -> {
      DataOutputStream data = new DataOutputStream(out);
      Nd4j.write(master.parameters(), data);
      INDArray state = master.state();
      data.writeBoolean(state != null);
      if (state != null) {
        Nd4j.write(state, data);
      }
      data.flush();
    };
  }

  /** Reads them, if there are any. */
  static Optional<MasterWeights> read(Path model) throws IOException {
    ModelEntries.requireWhole(model, ENTRY);
    return ModelEntries.read(model, ENTRY, SavedMaster::read);
  }

  private static MasterWeights read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    INDArray parameters = Nd4j.read(data);
    return MasterWeights.of(parameters, data.readBoolean() ? Nd4j.read(data) : null);
  }
}
