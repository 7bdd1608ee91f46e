namespace Ait.Engine.Importing;

/// <summary>How the numbers of a tensor are written.</summary>
internal enum TensorType
{
    /// <summary>Known to the format and of no use to the engine.</summary>
    Other,
    F32,
    F16,
    BF16,
}
