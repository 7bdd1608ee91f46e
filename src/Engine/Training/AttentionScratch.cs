using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>What one thread needs to take attention back: squares of length × length, and operands of the products.</summary>
internal sealed class AttentionScratch
{
    public AttentionScratch(ModelConfig config, int length)
    {
        int square = checked(length * length);
        int width = config.HeadDimension;
        Products = new AlignedBuffer<float>(square);
        Shares = new AlignedBuffer<float>(square);
        Gradients = new AlignedBuffer<float>(square);
        Folded = new AlignedBuffer<float>(square);
        Rounded = new AlignedBuffer<short>(square);
        Pairs = new AlignedBuffer<int>(square / 2);
        Units = new AlignedBuffer<float>(length);
        Ones = new AlignedBuffer<float>(length);
        Ones.Span.Fill(1f);
        Scores = new AlignedBuffer<int>(length);
        KeyUnits = new AlignedBuffer<float>(length);
        ValueUnits = new AlignedBuffer<float>(length);
        OutputUnits = new AlignedBuffer<float>(length);
        Output = new AlignedBuffer<short>(length * width);
        Attended = new AlignedBuffer<short>(width);
        KeyColumns = new AlignedBuffer<int>(length * width / 2);
        KeyRows = new AlignedBuffer<int>(length * width / 2);
        ValueColumns = new AlignedBuffer<int>(length * width / 2);
        QueryRows = new AlignedBuffer<int>(length * width / 2);
        High = new AlignedBuffer<int>(length * width / 2);
        Low = new AlignedBuffer<int>(length * width / 2);
    }

    public AlignedBuffer<float> Products { get; }

    public AlignedBuffer<float> Shares { get; }

    public AlignedBuffer<float> Gradients { get; }

    public AlignedBuffer<float> Folded { get; }

    public AlignedBuffer<short> Rounded { get; }

    public AlignedBuffer<int> Pairs { get; }

    public AlignedBuffer<float> Units { get; }

    public AlignedBuffer<float> Ones { get; }

    public AlignedBuffer<int> Scores { get; }

    public AlignedBuffer<float> KeyUnits { get; }

    public AlignedBuffer<float> ValueUnits { get; }

    public AlignedBuffer<float> OutputUnits { get; }

    public AlignedBuffer<short> Output { get; }

    public AlignedBuffer<short> Attended { get; }

    public AlignedBuffer<int> KeyColumns { get; }

    public AlignedBuffer<int> KeyRows { get; }

    public AlignedBuffer<int> ValueColumns { get; }

    public AlignedBuffer<int> QueryRows { get; }

    public AlignedBuffer<int> High { get; }

    public AlignedBuffer<int> Low { get; }
}
