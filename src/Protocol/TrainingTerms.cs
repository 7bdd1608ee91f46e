using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Protocol;

/// <summary>The steps of a training run that a workload asks for: a run is a chain of such chunks, each from the state the one before it left.</summary>
public sealed class TrainingTerms
{
    /// <summary>Most bytes of a recipe.</summary>
    public const int MaxRecipeSize = 512;

    /// <summary>Most steps in one workload.</summary>
    public const int MaxSteps = 10_000;

    /// <summary>Most tokens in one step.</summary>
    public const int MaxTokensPerStep = 1 << 24;

    private const int MaxFirstStep = 10_000_000;

    /// <summary>Terms within the limits.</summary>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public TrainingTerms(ImmutableArray<byte> recipe, int firstStep, int steps, int tokensPerStep, Hash256 parent)
    {
        if (FirstFault(recipe, firstStep, steps, tokensPerStep, parent) is ProtocolRefusal fault)
        {
            throw new ArgumentException(fault.ToString());
        }

        (Recipe, FirstStep, Steps, TokensPerStep, Parent) = (recipe, firstStep, steps, tokensPerStep, parent);
    }

    /// <summary>The recipe in the engine's canonical encoding, 1 to <see cref="MaxRecipeSize"/> bytes; it names data, shape and optimiser.</summary>
    public ImmutableArray<byte> Recipe { get; }

    /// <summary>Steps done before, 0 at the beginning.</summary>
    public int FirstStep { get; }

    /// <summary>Steps to do, 1 to <see cref="MaxSteps"/>.</summary>
    public int Steps { get; }

    /// <summary>Tokens of one step, as the recipe says; what the price counts.</summary>
    public int TokensPerStep { get; }

    /// <summary>Digest of the checkpoint to begin from; zero at the beginning.</summary>
    public Hash256 Parent { get; }

    internal static ProtocolRefusal? FirstFault(ImmutableArray<byte> recipe, int firstStep, int steps, int tokensPerStep, Hash256 parent)
    {
        if (recipe.IsDefault || recipe.Length is < 1 or > MaxRecipeSize)
        {
            return OutOfRange("recipe", $"1 to {MaxRecipeSize} bytes", recipe.IsDefault ? 0 : recipe.Length);
        }

        if (firstStep is < 0 or > MaxFirstStep)
        {
            return OutOfRange("first step", $"0 to {MaxFirstStep}", firstStep);
        }

        if (steps is < 1 or > MaxSteps)
        {
            return OutOfRange("steps", $"1 to {MaxSteps}", steps);
        }

        if (tokensPerStep is < 1 or > MaxTokensPerStep)
        {
            return OutOfRange("tokens per step", $"1 to {MaxTokensPerStep}", tokensPerStep);
        }

        return firstStep == 0 == (parent == default)
            ? null
            : new ProtocolRefusal(ProtocolRefusalCode.NotCanonical, firstStep == 0 ? "no parent at the beginning" : "a parent", parent.ToString());
    }

    private static ProtocolRefusal OutOfRange(string what, string expected, int found) => new(ProtocolRefusalCode.OutOfRange, $"{what}: {expected}", $"{found}");
}
