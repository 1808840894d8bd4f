-- CreateIndex
CREATE INDEX CONCURRENTLY "Order_customerId_createdAt_idx" ON "Order"("customerId", "createdAt");
