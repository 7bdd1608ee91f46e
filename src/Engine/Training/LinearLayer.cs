using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>A linear layer that is trained whole, or that is frozen with or without an adapter beside it.</summary>
internal sealed class LinearLayer
{
    private LinearLayer(PairedMatrix main, Parameter? whole, Parameter? inner, Parameter? outer) => (Main, Whole, Inner, Outer) = (main, whole, inner, outer);

    /// <summary>The int8 matrix of the layer.</summary>
    public PairedMatrix Main { get; }

    /// <summary>The matrix, if it is trained itself.</summary>
    public Parameter? Whole { get; }

    /// <summary>The narrow matrix of the adapter.</summary>
    public Parameter? Inner { get; }

    /// <summary>The tall matrix of the adapter.</summary>
    public Parameter? Outer { get; }

    public int Columns => Main.Packed.Columns;

    public int PaddedRows => Main.Packed.PaddedRows;

    public static LinearLayer OfWhole(Parameter whole) => new(whole.Quantized, whole, null, null);

    public static LinearLayer OfFrozen(PackedMatrix matrix) => new(PairedMatrix.OfFrozen(matrix), null, null, null);

    public static LinearLayer OfAdapted(PackedMatrix matrix, Parameter inner, Parameter outer) => new(PairedMatrix.OfFrozen(matrix), null, inner, outer);
}
