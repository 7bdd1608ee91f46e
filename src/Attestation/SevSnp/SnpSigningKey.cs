namespace Ait.Attestation.SevSnp;

/// <summary>The kind of key that signs a report (KEY_INFO bits 4:2).</summary>
public enum SnpSigningKey
{
    /// <summary>Versioned chip endorsement key: derived from one chip's secret and its TCB.</summary>
    Vcek = 0,

    /// <summary>Versioned loaded endorsement key: leased by a cloud provider, shared by its chips.</summary>
    Vlek = 1,
}
