namespace Ait.Engine.Prompting;

/// <summary>A part of a template.</summary>
internal abstract record Node
{
    private Node()
    {
    }

    /// <summary>Text as it stands.</summary>
    internal sealed record Text(string Value) : Node;

    /// <summary>The value of an expression.</summary>
    internal sealed record Output(Expression Value) : Node;

    /// <summary>Gives a name, or a member of a namespace, a value.</summary>
    internal sealed record Set(string Name, string? Member, Expression Value) : Node;

    /// <summary>The first branch whose condition holds; the last one may have none.</summary>
    internal sealed record If(List<(Expression? Condition, List<Node> Body)> Branches) : Node;

    /// <summary>The body for every element that the condition, if there is one, admits.</summary>
    internal sealed record For(string Name, string? Second, Expression List, Expression? Condition, List<Node> Body) : Node;
}
