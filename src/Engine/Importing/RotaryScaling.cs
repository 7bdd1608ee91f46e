using System.Numerics;
using System.Text.Json;
using Ait.Engine.Weights;

namespace Ait.Engine.Importing;

/// <summary>
/// Rotary frequencies of scaled positions: linear, llama3 and yarn. All is exact fractions, rounded down once to units of
/// 2^-64 turns, so that every machine imports the same model.
/// </summary>
internal static class RotaryScaling
{
    private static readonly BigInteger s_turn = BigInteger.One << 64;

    /// <summary>Theta, and the frequencies if they do not follow from theta alone.</summary>
    public static (int Theta, RotaryFrequencies? Frequencies) Read(JsonFile file, int half, int context)
    {
        JsonElement root = file.Root;
        // Newer files hold theta and scaling in one object.
        bool isJoined = JsonFile.TryGet(root, "rope_parameters", out JsonElement scaling);
        bool isScaled = isJoined || JsonFile.TryGet(root, "rope_scaling", out scaling);
        if (isScaled && scaling.ValueKind != JsonValueKind.Object)
        {
            throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{file.Name}: rope_scaling", "an object", JsonFile.Shown(scaling));
        }

        int theta = file.Int32(isJoined && JsonFile.TryGet(scaling, "rope_theta", out _) ? scaling : root, "rope_theta", 10_000, 2, int.MaxValue);
        if (!isScaled || half < 1)
        {
            return (theta, null);
        }

        string type = file.Text(scaling, "rope_type") ?? file.Text(scaling, "type") ?? "";
        return type switch
        {
            "default" or "" when type.Length > 0 || isJoined => (theta, null),
            "linear" => (theta, Linear(file, scaling, theta, half)),
            "llama3" => (theta, Llama3(file, scaling, theta, half)),
            "yarn" => (theta, Yarn(file, scaling, theta, half, context)),
            _ => throw JsonFile.Fault(EngineRefusalCode.ModelNotSupported, $"{file.Name}: rope_type", "default, linear, llama3, yarn", type.Length == 0 ? "none" : type),
        };
    }

    private static RotaryFrequencies Linear(JsonFile file, JsonElement scaling, int theta, int half)
    {
        Fraction factor = Factor(file, scaling);
        return Rounded(RotaryTable.Frequencies(theta, half), (_, frequency) => frequency / factor);
    }

    private static RotaryFrequencies Llama3(JsonFile file, JsonElement scaling, int theta, int half)
    {
        Fraction factor = Factor(file, scaling);
        Fraction low = Fraction.Of(file.Number(scaling, "low_freq_factor", null, 0.001m, 1_000_000m));
        Fraction high = Fraction.Of(file.Number(scaling, "high_freq_factor", null, 0.001m, 1_000_000m));
        int original = file.Int32(scaling, "original_max_position_embeddings", null, 1, EngineLimits.MaxContext);
        if (high <= low)
        {
            throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{file.Name}: high_freq_factor", "more than low_freq_factor", "less or the same");
        }

        return Rounded(RotaryTable.Frequencies(theta, half), (_, frequency) =>
        {
            // Turns within the original context.
            Fraction turns = frequency * original / new Fraction(s_turn, 1);
            if (turns > high)
            {
                return frequency;
            }

            if (turns < low)
            {
                return frequency / factor;
            }

            Fraction smooth = (turns - low) / (high - low);
            return ((Fraction.One - smooth) * frequency / factor) + (smooth * frequency);
        });
    }

    private static RotaryFrequencies Yarn(JsonFile file, JsonElement scaling, int theta, int half, int context)
    {
        Fraction factor = Factor(file, scaling);
        Fraction fast = Fraction.Of(file.Number(scaling, "beta_fast", 32m, 0.001m, 1_000_000m));
        Fraction slow = Fraction.Of(file.Number(scaling, "beta_slow", 1m, 0.001m, 1_000_000m));
        int original = file.Int32(scaling, "original_max_position_embeddings", context, 1, EngineLimits.MaxContext);
        if (!file.Boolean(scaling, "truncate", true))
        {
            throw JsonFile.Fault(EngineRefusalCode.ModelNotSupported, $"{file.Name}: truncate", "true", "false");
        }

        // The pairs whose turns within the original context pass the bounds; pairs beyond the head continue the row.
        int dimension = 2 * half;
        ulong[] frequencies = RotaryTable.Frequencies(theta, half);
        ulong root = RotaryTable.Root((ulong)theta, half);
        int low = -1;
        int high = dimension - 1;
        ulong running = frequencies[0];
        for (int i = 0; i < dimension; i++)
        {
            Fraction turns = new Fraction(running, 1) * original / new Fraction(s_turn, 1);
            low = turns >= fast ? i : low;
            high = turns <= slow && i < high ? i : high;
            running = Math.BigMul(running, root, out _);
        }

        low = Math.Max(low, 0);
        return Rounded(
            frequencies,
            (i, frequency) =>
            {
                Fraction ramp = i <= low ? Fraction.Zero : i >= high ? Fraction.One : new Fraction(i - low, high - low);
                return (ramp * frequency / factor) + ((Fraction.One - ramp) * frequency);
            },
            YarnGain(file, scaling));
    }

    private static float YarnGain(JsonFile file, JsonElement scaling)
    {
        double factor = (double)file.Number(scaling, "factor", null, 0.001m, 1_000_000m);
        decimal mscale = file.Number(scaling, "mscale", 0m, 0m, 100m);
        decimal mscaleAll = file.Number(scaling, "mscale_all_dim", 0m, 0m, 100m);
        if (JsonFile.TryGet(scaling, "attention_factor", out _))
        {
            return (float)file.Number(scaling, "attention_factor", null, 0.25m, 4m);
        }

        double Scale(double slope) => factor <= 1 ? 1 : (0.1 * slope * Ln(factor)) + 1;
        return (float)(mscale != 0 && mscaleAll != 0 ? Scale((double)mscale) / Scale((double)mscaleAll) : Scale(1));
    }

    /// <summary>The natural logarithm by sums, products and quotients alone, so that it is one on every machine.</summary>
    internal static double Ln(double x)
    {
        const double Ln2 = 0.693147180559945309417232121458;
        int exponent = 0;
        for (; x > 1.5; x /= 2)
        {
            exponent++;
        }

        for (; x < 0.75; x *= 2)
        {
            exponent--;
        }

        double z = (x - 1) / (x + 1);
        double power = z;
        double sum = 0;
        for (int k = 1; k < 40; k += 2)
        {
            sum += power / k;
            power *= z * z;
        }

        return (2 * sum) + (exponent * Ln2);
    }

    private static Fraction Factor(JsonFile file, JsonElement scaling) => Fraction.Of(file.Number(scaling, "factor", null, 0.001m, 1_000_000m));

    private static RotaryFrequencies Rounded(ulong[] frequencies, Func<int, Fraction, Fraction> scale, float gain = 1f)
    {
        ulong[] scaled = new ulong[frequencies.Length];
        for (int i = 0; i < scaled.Length; i++)
        {
            // Whole turns do not show.
            scaled[i] = (ulong)(scale(i, new Fraction(frequencies[i], 1)).Floor() & (s_turn - 1));
        }

        return new RotaryFrequencies(scaled, gain);
    }
}
