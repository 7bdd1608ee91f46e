namespace Ait.Engine;

/// <summary>How far an import is.</summary>
/// <param name="Done">Matrices and vectors written.</param>
/// <param name="Total">Matrices and vectors of the model.</param>
public readonly record struct ImportProgress(int Done, int Total);
