namespace Ait.Engine.Prompting;

/// <summary>An expression of a template.</summary>
internal abstract record Expression
{
    private Expression()
    {
    }

    internal sealed record Constant(object? Value) : Expression;

    internal sealed record Name(string Value) : Expression;

    internal sealed record ListOf(List<Expression> Items) : Expression;

    internal sealed record Member(Expression Target, Expression Key) : Expression;

    internal sealed record Slice(Expression Target, Expression? From, Expression? To, Expression? Step) : Expression;

    internal sealed record Unary(string Operator, Expression Operand) : Expression;

    internal sealed record Binary(string Operator, Expression Left, Expression Right) : Expression;

    internal sealed record Choice(Expression Condition, Expression Yes, Expression? No) : Expression;

    internal sealed record Test(Expression Value, string Word, bool IsNegated) : Expression;

    /// <summary>A filter is a call whose first argument is what it is applied to.</summary>
    internal sealed record Filter(Expression Value, string Word, List<Expression> Arguments) : Expression;

    internal sealed record Call(Expression Target, List<Expression> Arguments, List<(string Name, Expression Value)> Named) : Expression;
}
