package io.github.dl4jclipping.internal.forensics;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;

/**
 * Reads objects with the thread's context class loader, which finds the classes of custom layers.
 */
final class ContextObjectInputStream extends ObjectInputStream {

  ContextObjectInputStream(InputStream in) throws IOException {
    super(in);
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass type)
      throws IOException, ClassNotFoundException {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try {
      return Class.forName(type.getName(), false, loader);
    } catch (ClassNotFoundException e) {
      return super.resolveClass(type);
    }
  }
}
