using System.Numerics;

namespace Ait.Chain.Proving;

/// <summary>The run of a program, point by point, and the slope of every line in it, in the order the contract takes them.</summary>
internal sealed class HintTrace
{
    // 2 BigInteger inversions per kind of step would be the obvious way; three for a whole run is what makes proving fast.
    private readonly List<CurveSum> _sums = [];
    private readonly List<(int Before, CurvePoint? Entry, bool Doubled)> _steps = [];
    private readonly PrimeCurve _curve;
    private CurveSum _sum;

    private HintTrace(PrimeCurve curve)
    {
        _curve = curve;
        _sum = CurveSum.Infinity(curve);
    }

    /// <summary>Fails where a line has no slope: points of one x that are not doubled on purpose, or a sum at infinity.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="tables">The multiples of the four points.</param>
    /// <param name="program">What is run behind the tables of Q and R, or null for these alone.</param>
    /// <param name="slopes">The slopes modulo p, those of tangents with the opposite sign.</param>
    public static bool TrySlopes(PrimeCurve curve, CurvePoint[][] tables, HintProgram? program, out BigInteger[] slopes)
    {
        HintTrace trace = new(curve);
        trace.Tabulate(tables[0]);
        trace.Tabulate(tables[1]);
        if (program is not null && !trace.TryRun(program, tables))
        {
            slopes = [];
            return false;
        }

        return trace.TrySolve(out slopes);
    }

    private void Tabulate(CurvePoint[] table)
    {
        _sum = CurveSum.From(_curve, table[0]);
        Step(null, doubled: true);
        CurvePoint twice = _curve.ToPoints([_sum])[0];
        for (int i = 0; i < table.Length - 1; i++)
        {
            _sum = CurveSum.From(_curve, table[i]);
            Step(twice, doubled: false);
        }
    }

    private bool TryRun(HintProgram program, CurvePoint[][] tables)
    {
        for (int i = 0; i < program.Operations.Count; i++)
        {
            HintOperation operation = program.Operations[i];
            CurvePoint entry = operation.EntryOf(_curve, tables);
            bool isLast = i == program.Operations.Count - 1;
            for (int k = isLast ? 0 : 1; k < operation.Doublings; k++)
            {
                Step(null, doubled: true);
            }

            if (i == 0)
            {
                _sum = CurveSum.From(_curve, entry);
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

    private void Step(CurvePoint? entry, bool doubled)
    {
        _steps.Add((_sums.Count, entry, doubled));
        _sums.Add(_sum);
        if (entry is not { } point)
        {
            _sum = _sum.Double();
            return;
        }

        CurveSum sum = _sum.Add(point);
        // (P + E) + P: the contract's way, so that its infinities are seen here.
        _sum = doubled && !sum.Z.IsZero ? _sum.Double().Add(point) : sum;
    }

    private bool TrySolve(out BigInteger[] slopes)
    {
        slopes = [];
        CurvePoint[] points = _curve.ToPoints([.. _sums]);
        BigInteger[] first = new BigInteger[_steps.Count];
        for (int i = 0; i < first.Length; i++)
        {
            CurvePoint point = points[_steps[i].Before];
            first[i] = _steps[i].Entry is { } entry ? PrimeCurve.Modulo(entry.X - point.X, _curve.P) : 2 * point.Y % _curve.P;
            if (first[i].IsZero)
            {
                return false;
            }
        }

        _curve.Invert(first);
        List<BigInteger> second = [];
        for (int i = 0; i < first.Length; i++)
        {
            CurvePoint point = points[_steps[i].Before];
            if (_steps[i].Entry is not { } entry)
            {
                // Minus the tangent's slope spares the contract a sign.
                first[i] = PrimeCurve.Modulo(3 * (1 - (point.X * point.X)) * first[i], _curve.P);
                continue;
            }

            first[i] = PrimeCurve.Modulo((entry.Y - point.Y) * first[i], _curve.P);
            if (_steps[i].Doubled)
            {
                BigInteger x = PrimeCurve.Modulo((first[i] * first[i]) - point.X - entry.X, _curve.P);
                second.Add(PrimeCurve.Modulo(x - point.X, _curve.P));
            }
        }

        if (second.Contains(BigInteger.Zero))
        {
            return false;
        }

        BigInteger[] inverses = [.. second];
        _curve.Invert(inverses);
        List<BigInteger> all = [];
        int next = 0;
        for (int i = 0; i < first.Length; i++)
        {
            all.Add(first[i]);
            if (_steps[i].Entry is not null && _steps[i].Doubled)
            {
                BigInteger y = points[_steps[i].Before].Y;
                all.Add(PrimeCurve.Modulo(-first[i] - (2 * y * inverses[next++]), _curve.P));
            }
        }

        slopes = [.. all];
        return true;
    }
}
