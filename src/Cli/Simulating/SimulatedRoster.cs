using System.Buffers.Binary;
using System.Collections;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Cli.Simulating;

/// <summary>
/// A roster that is computed, not stored: GPUs fill host chips, chips go round among the operators. What a device does is one byte of it,
/// dealt by the seed in exact numbers, so that a share is a share of the devices and no operator's habit.
/// </summary>
internal sealed class SimulatedRoster : IReadOnlyList<RosterSlot>
{
    private readonly Conduct[] _conducts;
    private readonly int _perChip;
    private readonly int _operators;

    internal SimulatedRoster(SimulationOptions options)
    {
        _operators = options.Operators;
        _perChip = Math.Clamp(options.Gpus / options.Operators, 1, SimulationOptions.MostPerChip);
        _conducts = new Conduct[options.Gpus];
        int dealt = 0;
        foreach ((Conduct conduct, double share) in new[]
        {
            (Conduct.Slow, options.Slow), (Conduct.Silent, options.Silent), (Conduct.Lying, options.Lying), (Conduct.Cartel, options.Cartel),
        })
        {
            int count = Math.Min((int)Math.Round(share * options.Gpus), options.Gpus - dealt);
            _conducts.AsSpan(dealt, count).Fill(conduct);
            Counts[(int)conduct] = count;
            dealt += count;
        }

        Counts[(int)Conduct.Honest] = options.Gpus - dealt;
        var random = new SplitMix((ulong)options.Seed);
        for (int i = _conducts.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (_conducts[i], _conducts[j]) = (_conducts[j], _conducts[i]);
        }
    }

    public int Count => _conducts.Length;

    /// <summary>Devices by <see cref="Conduct"/>.</summary>
    internal int[] Counts { get; } = new int[5];

    public RosterSlot this[int index] => new(Number(1, index), Number(2, ChipOf(index)), AccountOf(index), ulong.MaxValue, 0, 0, 0);

    internal Conduct ConductOf(int index) => _conducts[index];

    internal int ChipOf(int index) => index / _perChip;

    internal int OperatorOf(int index) => ChipOf(index) % _operators;

    public IEnumerator<RosterSlot> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Address AccountOf(int index)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        bytes.Clear();
        BinaryPrimitives.WriteInt32BigEndian(bytes[^4..], OperatorOf(index) + 1);
        return new Address(bytes);
    }

    private static Hash256 Number(byte kind, int value)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        bytes.Clear();
        bytes[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes[^4..], value);
        return new Hash256(bytes);
    }
}
