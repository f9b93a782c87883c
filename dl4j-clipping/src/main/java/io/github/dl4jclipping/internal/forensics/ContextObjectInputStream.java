package io.github.dl4jclipping.internal.forensics;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;

/** Finds the classes of a user's own layers where the thread finds them, too. */
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
