using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>The run of a program, point by point, and the slope of every line in it, in the order the contract takes them.</summary>
internal sealed class P384Trace
{
    // 2 BigInteger inversions per kind of step would be the obvious way; three for a whole run is what makes proving fast.
    private readonly List<P384Sum> _sums = [];
    private readonly List<(int Before, P384Point? Entry, bool Doubled)> _steps = [];
    private static readonly Lazy<P384Point[][]> s_generator = new(GeneratorTables);
    private P384Sum _sum = P384Sum.Infinity;

    private P384Trace()
    {
    }

    /// <summary>Fails where a line has no slope: points of one x that are not doubled on purpose, or a sum at infinity.</summary>
    public static bool TrySlopes(P384Program program, P384Point[] key, P384Point[] nonce, out BigInteger[] slopes)
    {
        P384Trace trace = new();
        trace.Tabulate(key);
        trace.Tabulate(nonce);
        if (!trace.TryRun(program, key, nonce))
        {
            slopes = [];
            return false;
        }

        return trace.TrySolve(out slopes);
    }

    private void Tabulate(P384Point[] table)
    {
        _sum = P384Sum.From(table[0]);
        Step(null, doubled: true);
        P384Point twice = P384Sum.ToPoints([_sum])[0];
        for (int i = 0; i < table.Length - 1; i++)
        {
            _sum = P384Sum.From(table[i]);
            Step(twice, doubled: false);
        }
    }

    private bool TryRun(P384Program program, P384Point[] key, P384Point[] nonce)
    {
        P384Point[][] tables = [key, nonce, s_generator.Value[0], s_generator.Value[1]];
        for (int i = 0; i < program.Operations.Count; i++)
        {
            P384Operation operation = program.Operations[i];
            P384Point entry = tables[operation.Base][Math.Abs(operation.Digit) >> 1];
            entry = operation.Digit < 0 ? entry.Negate() : entry;
            bool isLast = i == program.Operations.Count - 1;
            for (int k = isLast ? 0 : 1; k < operation.Doublings; k++)
            {
                Step(null, doubled: true);
            }

            if (i == 0)
            {
                _sum = P384Sum.From(entry);
            }
            else if (!isLast)
            {
                Step(entry, doubled: operation.Doublings > 0);
            }

            if (_sum.Z.IsZero)
            {
                return false;
            }
        }

        return true;
    }

    private void Step(P384Point? entry, bool doubled)
    {
        _steps.Add((_sums.Count, entry, doubled));
        _sums.Add(_sum);
        if (entry is not { } point)
        {
            _sum = _sum.Double();
            return;
        }

        P384Sum sum = _sum.Add(point);
        // (P + E) + P: the contract's way, so that its infinities are seen here.
        _sum = doubled && !sum.Z.IsZero ? _sum.Double().Add(point) : sum;
    }

    private bool TrySolve(out BigInteger[] slopes)
    {
        slopes = [];
        P384Point[] points = P384Sum.ToPoints([.. _sums]);
        BigInteger[] first = new BigInteger[_steps.Count];
        for (int i = 0; i < first.Length; i++)
        {
            P384Point point = points[_steps[i].Before];
            first[i] = _steps[i].Entry is { } entry ? P384Curve.Modulo(entry.X - point.X, P384Curve.P) : 2 * point.Y % P384Curve.P;
            if (first[i].IsZero)
            {
                return false;
            }
        }

        P384Curve.Invert(first);
        List<BigInteger> second = [];
        for (int i = 0; i < first.Length; i++)
        {
            P384Point point = points[_steps[i].Before];
            if (_steps[i].Entry is not { } entry)
            {
                // Minus the tangent's slope spares the contract a sign.
                first[i] = P384Curve.Modulo(3 * (1 - (point.X * point.X)) * first[i], P384Curve.P);
                continue;
            }

            first[i] = P384Curve.Modulo((entry.Y - point.Y) * first[i], P384Curve.P);
            if (_steps[i].Doubled)
            {
                BigInteger x = P384Curve.Modulo((first[i] * first[i]) - point.X - entry.X, P384Curve.P);
                second.Add(P384Curve.Modulo(x - point.X, P384Curve.P));
            }
        }

        if (second.Contains(BigInteger.Zero))
        {
            return false;
        }

        BigInteger[] inverses = [.. second];
        P384Curve.Invert(inverses);
        List<BigInteger> all = [];
        int next = 0;
        for (int i = 0; i < first.Length; i++)
        {
            all.Add(first[i]);
            if (_steps[i].Entry is not null && _steps[i].Doubled)
            {
                BigInteger y = points[_steps[i].Before].Y;
                all.Add(P384Curve.Modulo(-first[i] - (2 * y * inverses[next++]), P384Curve.P));
            }
        }

        slopes = [.. all];
        return true;
    }

    private static P384Point[][] GeneratorTables()
    {
        P384Sum shifted = P384Sum.From(P384Curve.G);
        for (int i = 0; i < 192; i++)
        {
            shifted = shifted.Double();
        }

        return [Odd(P384Curve.G), Odd(P384Sum.ToPoints([shifted])[0])];

        static P384Point[] Odd(P384Point point)
        {
            P384Point twice = P384Sum.ToPoints([P384Sum.From(point).Double()])[0];
            P384Sum[] sums = new P384Sum[128];
            sums[0] = P384Sum.From(point);
            for (int i = 1; i < sums.Length; i++)
            {
                sums[i] = sums[i - 1].Add(twice);
            }

            return P384Sum.ToPoints(sums);
        }
    }
}
