namespace Ait.Attestation.Nvidia;

/// <summary>The families whose evidence is known.</summary>
public enum NvidiaArchitecture
{
    /// <summary>GH100: H100, H200, GH200.</summary>
    Hopper = 0,

    /// <summary>GB1xx and GB2xx: B100, B200, GB200 and their kin.</summary>
    Blackwell = 1,
}
