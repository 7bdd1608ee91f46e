namespace Ait.Engine;

/// <summary>What is trained. The numbers are part of the recipe's encoding.</summary>
public enum TrainingMethod
{
    /// <summary>Every matrix of the model.</summary>
    Full = 0,

    /// <summary>Low-rank adapters beside the matrices of the layers; the int8 model is frozen.</summary>
    Adapter = 1,
}
