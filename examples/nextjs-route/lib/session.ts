export interface Session {
  userId: string;
  plan: string;
}

/** Who is asking. Here it is a cookie `session=USER:PLAN`; an application has sessions of its own, which cannot be made up. */
export function sessionOf(request: Request): Session | null {
  const [, userId, plan] = /(?:^|;\s*)session=([^:;]+):([^;]+)/.exec(request.headers.get("cookie") ?? "") ?? [];
  return userId === undefined || plan === undefined ? null : { userId, plan };
}
