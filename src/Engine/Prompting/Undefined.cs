namespace Ait.Engine.Prompting;

/// <summary>The value of what has none.</summary>
internal sealed class Undefined
{
    private Undefined()
    {
    }

    public static Undefined Value { get; } = new();
}
