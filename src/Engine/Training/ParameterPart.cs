namespace Ait.Engine.Training;

/// <summary>What a trained matrix is to the model. The numbers are part of a checkpoint.</summary>
internal enum ParameterPart
{
    /// <summary>A matrix of the model itself.</summary>
    Whole = 0,

    /// <summary>The narrow matrix of an adapter, rank × columns.</summary>
    Inner = 1,

    /// <summary>The tall matrix of an adapter, rows × rank.</summary>
    Outer = 2,
}
