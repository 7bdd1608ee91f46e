using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu;

// The structures of Kernels/arguments.cuh, field by field, in its order; a test holds them equal to the byte.

/// <summary>Arguments of <c>unpack</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UnpackArguments
{
    public ulong Packed;
    public ulong Rows;
    public int RowCount;
    public int Columns;
    public int Stride;
    public int Padding;
}

/// <summary>Arguments of <c>embed</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EmbedArguments
{
    public ulong Table;
    public ulong Scales;
    public ulong Tokens;
    public ulong Hidden;
    public int Dimension;
    public int Stride;
}

/// <summary>Sums that are still to be scaled.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProductSums
{
    public ulong Sums;
    public ulong WeightScales;
    public ulong Bias;
    public ulong XScales;
    public int FirstRow;
    public int Rows;
    public int WeightRows;
    public int Padding;
}

/// <summary>Arguments of the quantising kernels.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QuantizeArguments
{
    public ProductSums Product;
    public ulong X;
    public ulong Up;
    public ulong Gain;
    public ulong SourceRows;
    public ulong Quantized;
    public ulong Scales;
    public ulong Faults;
    public long XStride;
    public int Columns;
    public int Stride;
    public float Epsilon;
    public int Padding;
}

/// <summary>Arguments of the linear layers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinearArguments
{
    public ulong Weights;
    public ulong WeightScales;
    public ulong Bias;
    public ulong X;
    public ulong XScales;
    public ulong Target;
    public long TargetStride;
    public int WeightRows;
    public int XRows;
    public int Columns;
    public int Stride;
    public int Adds;
    public int Padding;
}

/// <summary>Arguments of <c>finish_linear</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FinishArguments
{
    public ProductSums Product;
    public ulong Target;
    public long TargetStride;
    public int Adds;
    public int Padding;
}

/// <summary>Where keys and values of one layer lie.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PagesArguments
{
    public ulong Tables;
    public long LayerOffset;
    public long HeadBytes;
    public int TableStride;
    public int Heads;
    public int Width;
    public int KeyStride;
}

/// <summary>Arguments of <c>position</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PositionArguments
{
    public PagesArguments Pages;
    public ProductSums Product;
    public ulong Projections;
    public ulong Cosines;
    public ulong Sines;
    public ulong QueryGain;
    public ulong KeyGain;
    public ulong Positions;
    public ulong Sequences;
    public ulong Queries;
    public ulong QueryScales;
    public ulong Maxima;
    public ulong Exponents;
    public ulong Denominators;
    public ulong Sums;
    public ulong Faults;
    public int Heads;
    public float ScoreScale;
    public float Epsilon;
    public int Padding;
}

/// <summary>Queries that attend together.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttendTile
{
    public int FirstRow;
    public int FirstQuery;
    public int QueryCount;
    public int Padding;
}

/// <summary>Arguments of the attention kernels.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttendArguments
{
    public PagesArguments Pages;
    public ulong Tiles;
    public ulong Positions;
    public ulong Sequences;
    public ulong Queries;
    public ulong QueryScales;
    public ulong Maxima;
    public ulong Exponents;
    public ulong Denominators;
    public ulong Sums;
    public ulong Scores;
    public ulong Output;
    public long ScoreStride;
    public int Group;
    public int Splits;
    public int Window;
    public int Padding;
}

/// <summary>Arguments of <c>pool</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PoolArguments
{
    public ulong Hidden;
    public ulong Gain;
    public ulong Slots;
    public ulong Sums;
    public ulong Faults;
    public int Dimension;
    public float Epsilon;
}

/// <summary>How the token after a row is chosen; a scale of 0 is greedy.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChoiceArguments
{
    public ulong Uniform;
    public float Scale;
    public int TopK;
    public int TopP;
    public int Padding;
}

/// <summary>Arguments of <c>choose</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChooseArguments
{
    public ulong Logits;
    public ulong Choices;
    public ulong Tokens;
    public ulong Faults;
    public ulong LogitsRows;
    public long LogitsStride;
    public int Vocabulary;
    public int Padding;
}

/// <summary>Arguments of <c>chain_draw</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChainDrawArguments
{
    public ulong Target;
    public int Blocks;
    public int Index;
    public int Rounds;
    public uint Key0;
    public uint Key1;
    public uint Seed0;
    public uint Seed1;
    public int Padding;
}

/// <summary>Arguments of <c>chain_multiply</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChainMultiplyArguments
{
    public ulong Operand;
    public ulong Tile;
    public ulong Products;
    public int Rows;
    public int Width;
}

/// <summary>Arguments of <c>chain_fold</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChainFoldArguments
{
    public ulong Products;
    public ulong Target;
    public int Words;
    public int Padding;
}
