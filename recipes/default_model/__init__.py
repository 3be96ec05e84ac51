"""The bundled model: data sets and a teacher that its README asks for."""
