using System.Collections.Immutable;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <summary>The roster as events leave it, slot by slot.</summary>
internal sealed class RosterBook
{
    private readonly List<RosterDevice> _slots = [];
    private readonly Dictionary<Hash256, int> _slotOf = [];

    internal int Length => _slots.Count;

    internal ImmutableArray<RosterDevice> Take(uint length) => [.. _slots.Take((int)length)];

    internal RosterDevice At(int slot) => _slots[slot];

    internal bool TryFind(Hash256 gpuId, out RosterDevice? device)
    {
        device = _slotOf.TryGetValue(gpuId, out int slot) ? _slots[slot] : null;
        return device is not null;
    }

    /// <summary>A device takes a slot; says what is wrong with that, if anything.</summary>
    internal string? Register(uint slot, RosterDevice device, ulong now)
    {
        if (slot > _slots.Count)
        {
            return $"slot {slot} of a roster of {_slots.Count}";
        }

        string? wrong = null;
        if (slot == _slots.Count)
        {
            _slots.Add(device);
        }
        else
        {
            RosterDevice before = _slots[(int)slot];
            bool hasEnded = before.Roster.ValidUntil < now;
            wrong = hasEnded ? null : $"slot {slot}, whose device is valid until {before.Roster.ValidUntil}";
            _slots[(int)slot] = device with { Roster = device.Roster with { PreviousValidUntil = before.Roster.ValidUntil } };
        }

        _slotOf[device.Roster.GpuId] = (int)slot;
        return wrong;
    }

    internal void Refresh(Hash256 gpuId, Address enclaveKey, ulong validUntil, ulong block)
    {
        int slot = _slotOf[gpuId];
        RosterDevice before = _slots[slot];
        RosterSlot roster = before.Roster;
        _slots[slot] = before with
        {
            EnclaveKey = enclaveKey,
            Roster = validUntil == roster.ValidUntil ? roster : roster with { PreviousValidUntil = roster.ValidUntil, ValidUntil = validUntil, RefreshedBlock = block },
        };
    }

    /// <summary>A device that was just registered is in no draw until it has proven its class.</summary>
    internal void DemandProof(Hash256 gpuId)
    {
        int slot = _slotOf[gpuId];
        _slots[slot] = _slots[slot] with { Roster = _slots[slot].Roster.WithoutProof() };
    }

    /// <summary>A device passed a class challenge; the first time, its validity counts from this block.</summary>
    internal void Prove(Hash256 gpuId, ulong block)
    {
        int slot = _slotOf[gpuId];
        _slots[slot] = _slots[slot] with { Roster = _slots[slot].Roster.WithProof(block) };
    }

    /// <summary>A suspension for absence ended: as of no earlier block was the device in a draw.</summary>
    internal void Resume(Hash256 gpuId, ulong block)
    {
        int slot = _slotOf[gpuId];
        _slots[slot] = _slots[slot] with { Roster = _slots[slot].Roster.Resumed(block) };
    }

    /// <summary>Takes a device out; one that was never registered has no slot to take it from.</summary>
    internal void Exclude(Hash256 gpuId, ulong block)
    {
        if (_slotOf.TryGetValue(gpuId, out int slot) && _slots[slot].Roster is { RevokedBlock: 0 } roster)
        {
            _slots[slot] = _slots[slot] with { Roster = roster with { RevokedBlock = block } };
        }
    }
}

/// <summary>What a slot holds.</summary>
internal sealed record RosterDevice(RosterSlot Roster, DeviceClass DeviceClass, Address EnclaveKey)
{
    internal bool IsLive(ulong now) => Roster.RevokedBlock == 0 && Roster.ValidUntil >= now;
}
