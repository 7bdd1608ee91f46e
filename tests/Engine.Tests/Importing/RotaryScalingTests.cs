using System.Text;
using Ait.Engine.Importing;

namespace Ait.Engine.Tests.Importing;

/// <summary>Scaled frequencies against the formulas that the models were trained with, in double precision.</summary>
public sealed class RotaryScalingTests
{
    private const int Half = 64;

    private static (int Theta, RotaryFrequencies? Frequencies) Read(string json, int context = 131_072)
    {
        using JsonFile file = JsonFile.Parse("config.json", Encoding.UTF8.GetBytes(json));
        return RotaryScaling.Read(file, Half, context);
    }

    // Radians per position of what was read.
    private static double[] Radians(RotaryFrequencies frequencies) => [.. frequencies.PerPosition.Select(turns => turns / Math.Pow(2, 64) * 2 * Math.PI)];

    private static double[] Plain(double theta) => [.. Enumerable.Range(0, Half).Select(i => Math.Pow(theta, -(double)i / Half))];

    private static void AssertClose(double[] expected, double[] found) => Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, pair.First * 1e-9));

    [Fact]
    public void Read_takesThetaAloneIfNothingIsScaled()
    {
        Assert.Equal((500_000, null), Read("""{"rope_theta": 500000.0, "rope_scaling": null}"""));
        Assert.Equal((10_000, null), Read("{}"));
        Assert.Equal((1_000_000, null), Read("""{"rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}}"""));
    }

    [Fact]
    public void Read_dividesLinearly()
    {
        RotaryFrequencies found = Read("""{"rope_theta": 10000, "rope_scaling": {"type": "linear", "factor": 2.5}}""").Frequencies!; // Scaled.
        AssertClose([.. Plain(10_000).Select(frequency => frequency / 2.5)], Radians(found));
        Assert.Equal(1f, found.Gain);
    }

    [Fact]
    public void Read_scalesAsLlama3Does()
    {
        RotaryFrequencies found = Read(
            """{"rope_theta": 500000.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}}""").Frequencies!; // Scaled.
        double[] expected = [.. Plain(500_000).Select(frequency =>
        {
            double length = 2 * Math.PI / frequency;
            if (length < 8192 / 4.0)
            {
                return frequency;
            }

            double smooth = ((8192 / length) - 1.0) / (4.0 - 1.0);
            return length > 8192 / 1.0 ? frequency / 8 : ((1 - smooth) * frequency / 8) + (smooth * frequency);
        })];
        AssertClose(expected, Radians(found));
        Assert.Equal(1f, found.Gain);
    }

    [Theory]
    [InlineData("", 0.1)]
    [InlineData(", \"attention_factor\": 1.25", null)]
    [InlineData(", \"mscale\": 0.707, \"mscale_all_dim\": 1.0", 0.0)]
    public void Read_scalesAsYarnDoes(string more, double? slope)
    {
        RotaryFrequencies found = Read(
            """{"rope_theta": 1000000.0, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768""" + more + "}}").Frequencies!; // Scaled.
        double Dimension(double turns) => 2 * Half * Math.Log(32_768 / (turns * 2 * Math.PI)) / (2 * Math.Log(1_000_000));
        double low = Math.Max(Math.Floor(Dimension(32)), 0);
        double high = Math.Min(Math.Ceiling(Dimension(1)), (2 * Half) - 1);
        double[] expected = [.. Plain(1_000_000).Select((frequency, i) =>
        {
            double ramp = Math.Clamp((i - low) / (high - low), 0, 1);
            return (frequency / 4 * ramp) + (frequency * (1 - ramp));
        })];
        AssertClose(expected, Radians(found));
        double gain = slope switch
        {
            null => 1.25,
            0 => ((0.1 * 0.707 * Math.Log(4)) + 1) / ((0.1 * Math.Log(4)) + 1),
            _ => (slope.Value * Math.Log(4)) + 1,
        };
        Assert.Equal(gain, found.Gain, 1e-6);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.7)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(131072)]
    public void Ln_isTheNaturalLogarithm(double x) => Assert.Equal(Math.Log(x), RotaryScaling.Ln(x), 1e-13);
}
